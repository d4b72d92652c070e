"""What a colour is: reading it from text and numbers, and how far two are apart. No pictures, no files."""
