"""What is known: tables read, their columns understood, their rows split."""
