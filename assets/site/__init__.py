"""The site: every page over all editions, static, from the open dataset of the latest one."""
