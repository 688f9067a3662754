"""Pictures on their way to an inpainting service and back."""
