"""The Huangshi case, played through the public interfaces of the five services. People and firms are invented."""
