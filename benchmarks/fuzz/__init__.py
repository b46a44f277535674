"""Hostile files and lines, made by mutation: each must be read, or refused in one sentence."""
