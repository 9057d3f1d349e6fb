"""What every Qiao service stands on; knows no service."""
