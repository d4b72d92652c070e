"""The GPU apart from searching: what is installed, device memory, launches, arrays that stay there."""
