-- The admissions of a used pass after the first one by time, as JSON: doors without a network do not know of each other.
ALTER TABLE passes ADD COLUMN double_admissions TEXT;
