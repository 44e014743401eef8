//! HTTP/1.1 over streams, as a hub: the side of the device.
