"""``segmask serve``: one server with two faces, an HTTP API under /v1 and a page for people at /.

The web process takes requests, keeps uploads in memory and answers; pictures are decoded and decided in worker
processes (``worker.py``), which may be killed and replaced at any time: what they hold is only a cache of what the web
process can hand them again. Needs the extra ``serve``.
"""
