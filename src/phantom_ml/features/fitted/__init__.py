"""What needs the target: fitted inside each fold, and out of fold for the rows that it is fitted on."""
