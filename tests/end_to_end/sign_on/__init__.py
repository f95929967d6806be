"""Tests of single sign-on, with a certified provider and a served process."""
