"""An executor that compiles GraphQL operations of a strawberry schema into Python functions.

An operation is compiled once for each set of values of the variables in its ``@skip`` and ``@include`` directives. The
generated functions walk rows and write dictionaries, in the order of the selections. A value that is awaitable leaves a
gap; all gaps of a level are awaited together and filled, then those that this has opened, level after level.

What cannot be compiled, and every operation in which anything goes wrong, is executed by graphql-core, on the values
that the root fields have been resolved to: so all errors are graphql-core's, and no mutation runs twice.

It differs from graphql-core in what resolvers can observe. ``Info`` of a field below the root is shared by all rows, and
has no ``path``. Arguments are shared by all rows, and by all executions if they contain no variables, so that resolvers
must not change them. ``is_type_of`` and ``resolve_type`` are asked once for each Python class of rows, so they must not
depend on the individual row, and ``strawberry.cast`` cannot be used. Schema extensions are not called.

``operation`` has the entry point. This package knows nothing of the rest of the server: it imports strawberry,
graphql-core and the standard library only. How JSON is encoded is handed in.
"""
