"""What all stages share: values, labels, errors, geometry, regions of masks, files."""
