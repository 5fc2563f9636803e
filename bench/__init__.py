"""Every published figure's script."""
