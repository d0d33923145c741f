"""The pages of those who follow the projects: ministries, watch lists, leavers; and the briefs of ministries as PDF."""
