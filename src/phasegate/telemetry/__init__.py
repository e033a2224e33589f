"""What installed plugins report: their events read, judged, told, and asked for."""
