"""Measuring: one module for each curve, and what they share. Only this code decides a curve's numbers."""
