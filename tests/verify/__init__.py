"""Tests of harden verify."""
