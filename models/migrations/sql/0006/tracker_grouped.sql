-- A row for each tracker, each scope that lists it and each group of its learner.
CREATE VIEW tracker_grouped AS
SELECT l.scope, i.group_id, l.number, l.tracker_id
FROM tracker_listed l JOIN learner_in_group i ON i.learner_id = l.learner_id;
