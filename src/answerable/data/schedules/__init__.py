"""When dashboards are refreshed and alerts evaluated: after new data, or at times that people choose."""
