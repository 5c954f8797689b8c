//! The crm room.
