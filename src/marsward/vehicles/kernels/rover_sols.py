"""A rover's heat and charge, step by step over many sols.

Four nodes: electronics box, battery, heat store of paraffin under the windows, skin. Heat moves by
the classical Runge-Kutta method in steps so short that the skin is followed; switches of heaters
and flows of charge are held over such a step. What crosses the rover's outside is summed with the
method's own weights, so the budget closes to rounding.
"""

import math

import numpy as np
from numba import njit

_STEFAN_BOLTZMANN = 5.670374419e-8
_COLD = 6  # nodes of the battery's share by temperature


@njit(cache=True, error_model="numpy", nogil=True)
def store_temperature(heat, store):
    """Temperature [K] and melted share of the paraffin at a heat over that of solid at melting [J].

    store: mass [kg], melting point [K], latent heat [J kg-1], heat capacities of solid and liquid
    [J kg-1 K-1].
    """
    full = store[0] * store[2]
    if heat <= 0.0:
        return store[1] + heat / (store[0] * store[3]), 0.0
    if heat >= full:
        return store[1] + (heat - full) / (store[0] * store[4]), 1.0
    return store[1], heat / full


@njit(cache=True, error_model="numpy", nogil=True)
def store_heat(temperature, store):
    """Heat [J] at a temperature, solid at the melting point."""
    if temperature <= store[1]:
        return store[0] * store[3] * (temperature - store[1])
    return store[0] * (store[2] + store[4] * (temperature - store[1]))


@njit(cache=True, error_model="numpy", nogil=True)
def heat_rates(box, cell, paraffin, skin, nodes, store, put, sky):
    """Rates of the four nodes [K s-1, K s-1, J s-1, K s-1] and what comes from outside [W].

    nodes: heat capacities of box, battery and skin [J K-1]; conductances box-skin, box-battery,
    box-store, window-air [W K-1]; area [m2] and emissivity of the skin; conductance of a loop
    that carries what is over a temperature to the skin [W K-1] and that temperature [K]. put:
    watts into box, battery, store, skin. sky: infrared that falls on the skin [W m-2], film
    [W m-2 K-1], air [K].
    """
    warm, _ = store_temperature(paraffin, store)
    wall = nodes[3] * (skin - box) - nodes[9] * max(box - nodes[10], 0.0)
    to_cell = nodes[4] * (box - cell)
    to_store = nodes[5] * (box - warm)
    window = nodes[6] * (sky[2] - warm)
    glow = nodes[7] * nodes[8] * (sky[0] - _STEFAN_BOLTZMANN * skin**4)
    film = nodes[7] * sky[1] * (sky[2] - skin)
    return (
        (put[0] + wall - to_cell - to_store) / nodes[0],
        (put[1] + to_cell) / nodes[1],
        put[2] + to_store + window,
        (put[3] + glow + film - wall) / nodes[2],
        window + glow + film,
    )


@njit(cache=True, error_model="numpy", nogil=True)
def heat_step(state, nodes, store, put, sky, dt):
    """One step of the four nodes in place; returns the heat that came from outside [J]."""
    b, c, w, s = state[0], state[1], state[2], state[3]
    b1, c1, w1, s1, o1 = heat_rates(b, c, w, s, nodes, store, put, sky)
    h = 0.5 * dt
    b2, c2, w2, s2, o2 = heat_rates(
        b + h * b1, c + h * c1, w + h * w1, s + h * s1, nodes, store, put, sky
    )
    b3, c3, w3, s3, o3 = heat_rates(
        b + h * b2, c + h * c2, w + h * w2, s + h * s2, nodes, store, put, sky
    )
    b4, c4, w4, s4, o4 = heat_rates(
        b + dt * b3, c + dt * c3, w + dt * w3, s + dt * s3, nodes, store, put, sky
    )
    sixth = dt / 6.0
    state[0] = b + sixth * (b1 + 2.0 * b2 + 2.0 * b3 + b4)
    state[1] = c + sixth * (c1 + 2.0 * c2 + 2.0 * c3 + c4)
    state[2] = w + sixth * (w1 + 2.0 * w2 + 2.0 * w3 + w4)
    state[3] = s + sixth * (s1 + 2.0 * s2 + 2.0 * s3 + s4)
    return sixth * (o1 + 2.0 * o2 + 2.0 * o3 + o4)


@njit(cache=True, error_model="numpy", nogil=True)
def cold_share(temperature, cell):
    """Share of the battery's capacity that can be drawn at a temperature [K]."""
    first = 12
    if temperature <= cell[first]:
        return cell[first + _COLD]
    for k in range(1, _COLD):
        if temperature <= cell[first + k]:
            part = (temperature - cell[first + k - 1]) / (cell[first + k] - cell[first + k - 1])
            low, high = cell[first + _COLD + k - 1], cell[first + _COLD + k]
            return low + part * (high - low)
    return cell[first + 2 * _COLD - 1]


@njit(cache=True, error_model="numpy", nogil=True)
def stored_energy(charge, cell):
    """Energy of a share of charge [J]; cell: see `charge_step`."""
    return cell[0] * (cell[2] * charge + 0.5 * (cell[1] - cell[2]) * charge * charge)


@njit(cache=True, error_model="numpy", nogil=True)
def charge_step(charge, temperature, net, cell, dt, out):
    """Charge after a step with `net` watts over (or under) what is used; returns the share.

    cell: capacity [A s], full and empty voltage [V], resistance [ohm] and its scale [K],
    efficiency, least share, least temperature of charging [K], most currents in and out [A], rated
    temperature [K], most growth of the resistance, then the cold's temperatures and shares.
    Fills out: watts taken from the bus, watts given to it, heat of losses, watts not served.
    """
    volt = cell[2] + (cell[1] - cell[2]) * charge
    grown = math.exp(min(max(cell[10] - temperature, 0.0) / cell[4], 50.0))
    ohm = cell[3] * min(grown, cell[11])
    out[0] = out[1] = out[2] = out[3] = 0.0
    if net > 0.0:
        if temperature < cell[7] or charge >= 1.0:
            return charge
        current = 0.5 * (-volt + math.sqrt(volt * volt + 4.0 * ohm * net)) / ohm
        current = min(current, cell[8], (1.0 - charge) * cell[0] / (cell[5] * dt))
        later = min(charge + current * cell[5] * dt / cell[0], 1.0)
        out[0] = (volt + ohm * current) * current
        out[2] = out[0] - (stored_energy(later, cell) - stored_energy(charge, cell)) / dt
        return later
    if net < 0.0:
        floor = max(cell[6], 1.0 - cold_share(temperature, cell))
        most = min(cell[9], 0.5 * volt / ohm, max(charge - floor, 0.0) * cell[0] / dt)
        root = volt * volt + 4.0 * ohm * net
        current = most if root < 0.0 else min(0.5 * (volt - math.sqrt(root)) / ohm, most)
        later = charge - current * dt / cell[0]
        out[1] = (volt - ohm * current) * current
        out[2] = (stored_energy(charge, cell) - stored_energy(later, cell)) / dt - out[1]
        missed = -net - out[1]
        out[3] = missed if missed > 1e-9 * -net else 0.0
        return later
    return charge


@njit(cache=True, error_model="numpy", nogil=True)
def follow_sols(array, generator, load, standby, put_store, put_skin, infrared, film, air,
                nodes, store, cell, bus, rule, sol_length, substeps, state, charge, dormant,
                hourly, daily, flag):  # fmt: skip
    """Sols of a rover; every row of the tables is a sol, every column a step.

    array (n, h): watts of the panels; generator (n,): watts of another source; load (n, h): watts
    while awake; standby (n, h): the part of them that an awake rover cannot leave; put_store,
    put_skin (n, h): sunlight into the windows and on the skin [W]; infrared, film, air (n, h).
    bus: efficiency of conversion, share of used watts that warms the box, watts of the box's
    heater, on, off [K], of the battery's heater, on, off, watts of free heat, on, off, watts used
    when dormant, whether a dormant rover's panels feed the heaters (1) and charge it (2).
    rule: wake watts, wake temperature [K], kind of watts (0 mean of the lit steps, 1 most), charge
    at which it goes dormant. state: temperatures of box and battery, heat of the store, skin.
    Fills hourly (n, h, 12): temperatures of box, battery, store, skin [K], melted share, charge,
    watts used, of heaters, into the battery, out of it, left over, not served; daily (n, 6): wake
    watts, most of the box [K], energy in, out, stored [J], budget's residual; flag (n,): 0 awake,
    2 dormant, as the sol is lived. Returns charge and whether dormant after the last.
    """
    sols, steps = array.shape
    dt = sol_length / (steps * substeps)
    put, sky, flow = np.zeros(4), np.zeros(3), np.zeros(4)
    heat_box = heat_cell = free = False
    for sol in range(sols):
        flag[sol] = 2 if dormant else 0
        warmest, lit, power, best = 0.0, 0, 0.0, 0.0
        warm, _ = store_temperature(state[2], store)
        before = nodes[0] * state[0] + nodes[1] * state[1] + state[2] + nodes[2] * state[3]
        before += stored_energy(charge, cell)
        came, left, begun = 0.0, 0.0, charge
        lacked = 0.0
        for k in range(steps):
            supply = array[sol, k] + generator[sol]
            if array[sol, k] > 0.0:
                lit += 1
                power += array[sol, k]
                best = max(best, array[sol, k])
            sky[0], sky[1], sky[2] = infrared[sol, k], film[sol, k], air[sol, k]
            put[2], put[3] = put_store[sol, k], put_skin[sol, k]
            sums = np.zeros(6)
            for _ in range(substeps):
                heat_box = state[0] < bus[3] or (heat_box and state[0] < bus[4])
                heat_cell = state[1] < bus[6] or (heat_cell and state[1] < bus[7])
                free = state[0] < bus[9] or (free and state[0] < bus[10])
                wanted = bus[2] * heat_box + bus[5] * heat_cell
                gained = bus[0] * supply
                if dormant:
                    usable = max(gained - bus[11], 0.0)
                    share = min(usable / wanted, 1.0) if wanted > 0.0 and bus[12] > 0.5 else 0.0
                    wish = min(bus[11], gained)
                    net = gained - wish - share * wanted
                    if bus[12] < 1.5:
                        net = 0.0
                else:
                    share = 1.0
                    wish = load[sol, k]
                    net = gained - wish - wanted
                charge = charge_step(charge, state[1], net, cell, dt, flow)
                missed = flow[3]
                if missed > 0.0:  # what is not served is left undone, heaters first
                    cut = min(missed, wanted)
                    share = (wanted - cut) / wanted if wanted > 0.0 else 0.0
                    wish = max(wish - (missed - cut), 0.0)
                    lacked += max(missed - cut - (load[sol, k] - standby[sol, k]), 0.0) * dt
                used = wish + share * wanted
                taken = max(used + flow[0] - flow[1], 0.0) / bus[0]  # the rest stays in the source
                inside = bus[1] * wish
                put[0] = inside + share * bus[2] * heat_box + taken * (1.0 - bus[0])
                put[0] += bus[8] * free
                put[1] = share * bus[5] * heat_cell + flow[2]
                outside = heat_step(state, nodes, store, put, sky, dt)
                came += outside + (taken + bus[8] * free + put[2] + put[3]) * dt
                left += (wish - inside) * dt
                sums[0] += used
                sums[1] += share * wanted
                sums[2] += flow[0]
                sums[3] += flow[1]
                sums[4] += supply - taken
                sums[5] += missed
                warmest = max(warmest, state[0])
            warm, melted = store_temperature(state[2], store)
            hourly[sol, k, 0], hourly[sol, k, 1] = state[0], state[1]
            hourly[sol, k, 2], hourly[sol, k, 3] = warm, state[3]
            hourly[sol, k, 4], hourly[sol, k, 5] = melted, charge
            for i in range(6):
                hourly[sol, k, 6 + i] = sums[i] / substeps
        after = nodes[0] * state[0] + nodes[1] * state[1] + state[2] + nodes[2] * state[3]
        after += stored_energy(charge, cell)
        power = power / lit if lit > 0 and rule[2] < 0.5 else best
        daily[sol, 0] = power + generator[sol]
        daily[sol, 1], daily[sol, 2], daily[sol, 3] = warmest, came, left
        daily[sol, 4] = after - before
        daily[sol, 5] = came - left - (after - before)
        if dormant:
            dormant = not (daily[sol, 0] >= rule[0] and warmest >= rule[1])
        else:
            dormant = (charge < rule[3] and charge < begun) or lacked > 0.0
    return charge, dormant
