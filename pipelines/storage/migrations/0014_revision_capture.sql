-- Which revision a capture was read as: an older one is read again from its own
CREATE INDEX revision_capture ON revision (capture_id);
