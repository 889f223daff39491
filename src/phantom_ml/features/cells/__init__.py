"""What can be measured of many strings at once, whatever they mean."""
