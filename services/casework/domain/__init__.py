"""The rules of casework: values in, values out."""
