"""The benchmark: this server against a floor, itself without the compiled executor, and a naive server.

``make bench`` runs it and rewrites ``docs/speed.md``; ``python -m tests.benchmark --help`` lists the options for shorter
runs. All servers run on copies of one database, take turns within each round, and must give the same answers, which is
checked at each start. No test asserts a time: the test beside this package runs every workload with a handful of requests.

``data`` fills the database; ``floor`` and ``naive`` are the servers to compare with; ``client`` generates the load, in
a process of its own. The modules in this package start the servers, measure, and write the report.
"""
