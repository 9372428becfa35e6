-- The pause of a site is the greatest that any process knows, and what it asks for with
-- Retry-After holds for all of them.

ALTER TABLE pace
    ADD COLUMN delay double precision NOT NULL DEFAULT 0 CHECK (delay >= 0),
    ADD COLUMN hold_until timestamptz NOT NULL DEFAULT '-infinity';
COMMENT ON COLUMN pace.delay IS 'Seconds from the turn that was booked last to next_at: the greatest pause that any process knows of.';
COMMENT ON COLUMN pace.hold_until IS 'The site asked for silence until then (Retry-After), by the clock of the database.';
