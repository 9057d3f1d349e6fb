"""The rules of intake: plain Python, values in, values out; one file per noun."""
