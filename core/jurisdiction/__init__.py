"""Jurisdiction packs: what a place allows, as hashed data with a closed schema; two people activate them."""
