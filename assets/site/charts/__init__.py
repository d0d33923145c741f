"""Charts over editions: how they are drawn, and the files that they are outside the page."""
