-- The earliest admission of the present holder of an offered pass, by a door without a network: its time and its device. Once
-- the pass is used they are `admitted_at` and `device`.
ALTER TABLE passes ADD COLUMN entered_at BIGINT;
ALTER TABLE passes ADD COLUMN entered_device TEXT;
