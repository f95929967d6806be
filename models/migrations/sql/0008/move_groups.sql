INSERT INTO learner_in_group (learner_id, group_id)
SELECT learner_id, new_id FROM learner_in_group JOIN name_merge ON old_id = group_id ON CONFLICT DO NOTHING
