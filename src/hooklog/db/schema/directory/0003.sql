-- User ids that somebody gave and that lay so far above the counter that it was not raised to them: whatever is held
-- above the counter is here, so that a made user id is nobody's in any org.
CREATE TABLE far_user_id (
  user_id INTEGER PRIMARY KEY
) STRICT;

-- The counter used to be raised to every id that was given, and may stand where none are left. From 2 to the 62nd on it
-- goes back to the highest id below that.
INSERT OR IGNORE INTO far_user_id
  SELECT user_id FROM customer
  WHERE (SELECT last FROM user_counter) >= 4611686018427387904 AND user_id >= 4611686018427387904;

UPDATE user_counter
  SET last = max(0, coalesce((SELECT max(user_id) FROM customer WHERE user_id < 4611686018427387904), 0))
  WHERE last >= 4611686018427387904;
