"""Tables that tools write."""
import csv


def read_csv(path):
    """The lines of a CSV file, dictionaries of strings."""
    with open(path, newline='') as file:
        return list(csv.DictReader(file))
