"""Writers for the file formats of the sample documents: as small as real readers accept."""
