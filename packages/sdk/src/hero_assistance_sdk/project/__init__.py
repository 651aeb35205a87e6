"""One project at several addresses: which project answers at an address, and which address is in use."""
