UPDATE learner SET programme_id = new_id FROM name_merge WHERE kind = 'programme' AND old_id = programme_id
