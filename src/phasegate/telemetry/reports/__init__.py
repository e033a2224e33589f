"""What a plugin's events say about a day, a week or a month: as text, as JSON, as a page."""
