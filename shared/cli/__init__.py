"""The command line `qiao`: run services, and look after their stores, plugins and bus."""
