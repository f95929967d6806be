UPDATE learner SET employer_id = new_id FROM name_merge WHERE kind = 'employer' AND old_id = employer_id
