"""The shared decision core: money, applications, decisions, keys and the records of them.

It knows no calls, no audio and no HTTP server.
"""
