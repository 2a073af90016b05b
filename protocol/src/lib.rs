//! The wire types of Aside's protocol.
