"""Theorem 1 and Corollary 1 of the supplement, put to the test."""
from .corollary import ExchangeReadyConv

__all__ = ['ExchangeReadyConv']
