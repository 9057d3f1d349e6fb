"""The rules of publishing: plain values in, plain values out."""
