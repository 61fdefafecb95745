"""One function a page: a library and what the address asks for -> the page's data, which is also its JSON."""
