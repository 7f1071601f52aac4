"""Consents and security agreements (同意・合意事項), floor 3 of the house. Its rooms come with the consents themselves."""
