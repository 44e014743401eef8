use alloc::vec::Vec;

use pdu_core::Instant;

use crate::wire::{FunctionCode, Request};

use super::{Served, Service};

/// Several units on one line, each under its own address: a [`Service`] made of services.
///
/// Requests to addresses that nobody has are not answered; a broadcast reaches every unit.
///
/// ```
/// use pdu_proto_modbus::server::{Chain, RegisterBank};
///
/// let mut chain = Chain::new();
/// chain.add(1, RegisterBank::new().with_holding_registers(0, [11]))?;
/// chain.add(2, RegisterBank::new().with_holding_registers(0, [22]))?;
/// assert_eq!(chain.unit(2).unwrap().holding_registers.get(0), Some(22));
/// # Ok::<(), pdu_proto_modbus::server::ChainError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Chain<S> {
    units: Vec<(u8, S)>,
}

impl<S> Chain<S> {
    /// A chain without units.
    pub const fn new() -> Self {
        Self { units: Vec::new() }
    }

    /// Adds a unit.
    ///
    /// # Errors
    ///
    /// The address is outside 1 to 247, or another unit has it already.
    ///
    /// Source: MODBUS over Serial Line V1.02, 2.2.
    pub fn add(&mut self, address: u8, unit: S) -> Result<(), ChainError> {
        if !(1..=247).contains(&address) {
            return Err(ChainError::Address { found: address });
        }
        if self.unit(address).is_some() {
            return Err(ChainError::Taken { address });
        }
        self.units.push((address, unit));
        Ok(())
    }

    /// The unit at this address.
    pub fn unit(&self, address: u8) -> Option<&S> {
        let mut units = self.units.iter();
        units.find(|(taken, _)| *taken == address).map(|(_, unit)| unit)
    }

    /// The unit at this address, to change it.
    pub fn unit_mut(&mut self, address: u8) -> Option<&mut S> {
        let mut units = self.units.iter_mut();
        units.find(|(taken, _)| *taken == address).map(|(_, unit)| unit)
    }

    /// All units and their addresses, in the order in which they were added.
    pub fn units(&self) -> impl Iterator<Item = (u8, &S)> {
        self.units.iter().map(|(address, unit)| (*address, unit))
    }
}

impl<S> Default for Chain<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Service> Service for Chain<S> {
    fn serve<'a>(&'a mut self, now: Instant, unit: u8, request: Request<'a>) -> Served<'a> {
        match self.unit_mut(unit) {
            Some(service) => service.serve(now, unit, request),
            None => Served::silence(),
        }
    }

    fn has_unit(&self, unit: u8) -> bool {
        self.unit(unit).is_some_and(|service| service.has_unit(unit))
    }

    fn has_function(&self, unit: u8, function: FunctionCode) -> bool {
        self.unit(unit)
            .is_some_and(|service| service.has_function(unit, function))
    }

    fn broadcast(&mut self, now: Instant, request: Request<'_>) {
        for (_, service) in &mut self.units {
            service.broadcast(now, request);
        }
    }
}

/// Why a unit cannot join a [`Chain`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// Not the address of a single unit.
    #[error("unit address {found} is not within 1 to 247")]
    Address {
        /// The address.
        found: u8,
    },
    /// Two units of one address would both answer.
    #[error("unit address {address} is taken already")]
    Taken {
        /// The address.
        address: u8,
    },
}
