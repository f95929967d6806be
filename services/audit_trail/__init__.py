"""Reading what is audited: an organisation's audit events, and who has read which learner's record.

Writing them is in ``services.audit`` and ``services.learner_reads``, below. May use paging and the selection of rows.
"""
