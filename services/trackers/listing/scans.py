"""The SQL of scans of trackers: within branches by number, along an order, and sorted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.paging.keyset import Bound, Key, Order, Window, bound_predicate
from services.trackers.listing.orders import NUMBER, RELATIONS, OrderTerm, Relation, TrackerOrderField
from services.trackers.listing.scope import Branch, Scope

MAX_NUMBER = 2**31 - 1


def first_numbers(
    branch: Branch, where: Sequence[str], key: Key, window: Window, gates: Sequence[str] = ("true",)
) -> str:
    """Return the SELECT of the first numbers of a branch, at most ``window.limit`` for each row of its source.

    ``gates`` are conditions without columns: unless all hold, nothing is read.
    """
    direction = window.direction(key)
    conditions = [branch.condition, *where, *(bound_predicate([key], bound) for bound in window.bounds)]
    trackers = (
        f"(SELECT t.number FROM tracker t WHERE {' AND '.join(conditions)} "
        f"ORDER BY t.number {direction} LIMIT {window.limit}) f"
    )
    if branch.block_shift is not None:
        return (
            f"(SELECT f.number FROM ({_blocks(branch, branch.block_shift, key, window)}) v "
            f"CROSS JOIN LATERAL {trackers} WHERE {' AND '.join(gates)} "
            f"ORDER BY v.block {direction}, f.number {direction} LIMIT {window.limit})"
        )
    source = f"{branch.source} CROSS JOIN LATERAL " if branch.source else ""
    return f"SELECT f.number FROM {source}{trackers} WHERE {' AND '.join(gates)}"


def _blocks(branch: Branch, shift: int, key: Key, window: Window) -> str:
    """Return the SELECT of the blocks that may have trackers of a window, in their order."""
    block = replace(key, sql="v.block")
    limits = [replace(bound, values=(f"({bound.values[0]} >> {shift})",), inclusive=True) for bound in window.bounds]
    where = " AND ".join(bound_predicate([block], limit) for limit in limits) or "true"
    return f"SELECT v.block FROM {branch.source} WHERE {where} ORDER BY v.block {window.direction(key)}"


def all_rows(branch: Branch, where: Sequence[str], columns: str = "t.number") -> str:
    """Return the SELECT of all trackers of a branch.

    OFFSET 0 makes the planner look up the trackers of one row of the source after the other. It could join them with the
    trackers of all organisations otherwise.
    """
    conditions = " AND ".join([branch.condition, *where])
    if not branch.source:
        return f"SELECT {columns} FROM tracker t WHERE {conditions}"
    return (
        f"SELECT {columns} FROM {branch.source} "
        f"CROSS JOIN LATERAL (SELECT {columns} FROM tracker t WHERE {conditions} OFFSET 0) t"
    )


def merge(selects: Sequence[str], key: Key, window: Window) -> str:
    """Return the SELECT of the first of some numbers, each once."""
    return (
        f'SELECT number, number AS "key0" FROM ({" UNION ALL ".join(selects)}) merged GROUP BY number '
        f"ORDER BY number {window.direction(key)} LIMIT {window.limit}"
    )


def sort(
    rows: str, where: Sequence[str], order: Order, window: Window, scope: Scope, terms: Sequence[OrderTerm] = ()
) -> str:
    """Return the SELECT of a window of ``rows``, whose alias is ``t``, by the order of these terms.

    OFFSET 0 keeps the planner from joining the rows of a relation in their order, each with all trackers.
    """
    bounds = [bound_predicate(order.keys, bound) for bound in window.bounds]
    relations = [RELATIONS[term.field] for term in terms if term.field in RELATIONS]
    if len(terms) == 1 and relations and relations[0].are_many:
        source, conditions = _grouped(rows, where, relations[0], scope), bounds
    else:
        joined = [scope.fill(relation.join) for relation in relations]
        source, conditions = " ".join([f"{rows} t", *joined]), [*where, *bounds]
    select = f"SELECT t.number, {order.columns} FROM {source} WHERE {' AND '.join(conditions) or 'true'}"
    if relations:
        ending = order.order_by(window.backwards, alias="joined")
        return f"SELECT * FROM ({select} OFFSET 0) joined ORDER BY {ending} LIMIT {window.limit}"
    return f"{select} ORDER BY {order.order_by(window.backwards)} LIMIT {window.limit}"


def _grouped(rows: str, where: Sequence[str], relation: Relation, scope: Scope) -> str:
    """Return the FROM clause of ``rows`` with the row of a relation, which is looked up once for all of its trackers."""
    groups = (
        f"SELECT {relation.column} AS id, array_agg(t.number) AS numbers FROM {rows} t "
        f"WHERE {' AND '.join(where) or 'true'} GROUP BY 1"
    )
    looked_up = scope.fill(relation.look_up("grouped.id"))
    return f"({groups}) grouped {looked_up} CROSS JOIN LATERAL unnest(grouped.numbers) t (number)"


@dataclass(frozen=True, slots=True)
class Walk:
    """The trackers of an organisation along an order, read no further than a window needs if most meet ``where``."""

    scope: Scope
    order: Order
    terms: Sequence[OrderTerm]
    where: Sequence[str]

    def rows(self, window: Window) -> str:
        """Return the SELECT of the rows in a window."""
        field = self.terms[0].field if len(self.terms) == 1 else None
        if field is TrackerOrderField.LEARNER:
            return self._by_learner(window)
        if field in RELATIONS:
            return self._nested_loop(window)
        if field is TrackerOrderField.DUE_DATE and self.order.keys[0].descending:
            return self._latest_due_first(window)
        return sort("tracker", [self.scope.own, *self.where], self.order, window, self.scope, self.terms)

    def _latest_due_first(self, window: Window) -> str:
        """Return the SELECT of trackers with a due date, from the end of the index, and then of those without one."""
        missing, number = self.order.keys
        dated = Order(self.order.name, (replace(missing, sql="t.due_order"), number))
        undated = Order(self.order.name, (replace(missing, sql="'-infinity'::date"), number))
        where = [self.scope.own, *self.where]
        # A comparison with a constant would be evaluated for each tracker, one of numbers alone is served by the index.
        bounds = [bound_predicate([number], replace(bound, values=(_undated_bound(bound),))) for bound in window.bounds]
        halves = (
            sort("tracker", [*where, "t.due_order < 'infinity'"], dated, window, self.scope),
            sort(
                "tracker",
                [*where, "t.due_order = 'infinity'", *bounds],
                undated,
                replace(window, bounds=()),
                self.scope,
            ),
        )
        return (
            f"SELECT * FROM (({halves[0]}) UNION ALL ({halves[1]})) t "
            f"ORDER BY {self.order.order_by(window.backwards, alias='t')} LIMIT {window.limit}"
        )

    def _nested_loop(self, window: Window) -> str:
        """Return the SELECT of the relation's rows in their order, each with its trackers in order of number."""
        relation = RELATIONS[self.terms[0].field]
        *outer, number = self.order.keys
        names = Order(self.order.name, tuple(outer))
        bounds = [bound_predicate(outer, bound) for bound in _outer_bounds(window)]
        direction = window.direction(number)
        return (
            f'SELECT f.number, {_named_keys(outer)}, f.number AS "key{len(outer)}" FROM ('
            f"SELECT {relation.alias}.id, {names.columns} FROM ({self.scope.fill(relation.rows)}) {relation.alias} "
            f"WHERE {' AND '.join(bounds) or 'true'} ORDER BY {names.order_by(window.backwards)}) named "
            f"CROSS JOIN LATERAL ({self._trackers(window)}) f "
            f"ORDER BY {names.order_by(window.backwards, alias='named')}, f.number {direction} LIMIT {window.limit}"
        )

    def _by_learner(self, window: Window) -> str:
        """Return the SELECT of learners' names in their order, each with its trackers in order of number.

        The names are found one after the other, however many there are, for as long as the page is not full: the rows of
        a nested loop come in the order of its outer side, so that they need not be sorted.
        """
        name, _ = self.order.keys
        ahead, direction = ("<", "DESC") if name.descending is not window.backwards else (">", "ASC")
        bounds = [bound_predicate([replace(name, sql="r.name_order")], bound) for bound in _outer_bounds(window)]
        names = f"SELECT r.name_order FROM learner r WHERE {' AND '.join([f'r.organisation_id = {self.scope.organisation}', *bounds])}"
        ending = f"ORDER BY r.name_order {direction} LIMIT 1"
        return (
            'SELECT f.number, named."key0", f.number AS "key1" FROM ('
            f'WITH RECURSIVE names ("key0") AS (({names} {ending}) UNION ALL '
            f'SELECT ({names} AND r.name_order {ahead} names."key0" {ending}) FROM names WHERE names."key0" IS NOT NULL) '
            'SELECT "key0" FROM names WHERE "key0" IS NOT NULL) named '
            f"CROSS JOIN LATERAL ({self._trackers(window)}) f LIMIT {window.limit}"
        )

    def _trackers(self, window: Window) -> str:
        """Return the SELECT of the trackers of a row of the relation, by number."""
        number = self.order.keys[-1]
        relation = RELATIONS[self.terms[0].field]
        named = f'named."key{len(self.order.keys) - 2}"'
        bounds = tuple(
            replace(
                bound,
                values=(
                    f"CASE WHEN {named} = {bound.values[-2]} THEN {bound.values[-1]} ELSE {_sentinel(number, bound)} END",
                ),
            )
            for bound in window.bounds
        )
        key, limited = Key(NUMBER, int, number.descending), replace(window, bounds=bounds)
        selects = [
            first_numbers(Branch(self.scope.fill(condition)), self.where, key, limited)
            for condition in relation.trackers
        ]
        return (
            f"SELECT number FROM ({' UNION ALL '.join(selects)}) found "
            f"ORDER BY number {window.direction(number)} LIMIT {window.limit}"
        )


def _sentinel(number: Key, bound: Bound) -> int:
    """Return a number that is within a bound whatever the tracker's: only in the cursor's row are there others."""
    return -1 if bound.after is not number.descending else MAX_NUMBER


def _undated_bound(bound: Bound) -> str:
    """Return the number that bounds trackers without a due date, which come last: all or none unless the cursor has none."""
    due, number = bound.values
    return f"CASE WHEN {due} = '-infinity' THEN {number} ELSE {MAX_NUMBER} END"


def _outer_bounds(window: Window) -> list[Bound]:
    return [Bound(bound.values[:-1], bound.after, inclusive=True) for bound in window.bounds]


def _named_keys(keys: Sequence[Key]) -> str:
    return ", ".join(f'named."key{n}"' for n in range(len(keys)))
