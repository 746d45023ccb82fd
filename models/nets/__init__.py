"""The networks in PyTorch: backbones, temporal operations, and MSTNet that joins them."""
