"""What workbooks say of their sheets beside the values of cells, by the kind of file."""
